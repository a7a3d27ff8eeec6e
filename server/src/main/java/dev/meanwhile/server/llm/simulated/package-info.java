/** A model that needs no provider and no key: the same question gets the same answer in the same pieces. */
@NullMarked
package dev.meanwhile.server.llm.simulated;

import org.jspecify.annotations.NullMarked;
