/** The response logs: append under the fence, read after a cursor, follow. */
@NullMarked
package dev.meanwhile.server.responses;

import org.jspecify.annotations.NullMarked;
