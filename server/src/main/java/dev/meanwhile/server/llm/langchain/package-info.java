/** Providers reached through LangChain4j, of which no type leaves this package. */
@NullMarked
package dev.meanwhile.server.llm.langchain;

import org.jspecify.annotations.NullMarked;
