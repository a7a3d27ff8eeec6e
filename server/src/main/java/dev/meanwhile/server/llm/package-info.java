/** What a language model is to the service: a stream of events that can be cancelled at any moment. */
@NullMarked
package dev.meanwhile.server.llm;

import org.jspecify.annotations.NullMarked;
