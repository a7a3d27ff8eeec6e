/** The queue: who runs next, and the only way a message ends. */
@NullMarked
package dev.meanwhile.server.queue;

import org.jspecify.annotations.NullMarked;
