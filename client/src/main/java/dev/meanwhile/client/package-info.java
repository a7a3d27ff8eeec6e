/** The typed client: blocking calls that repeat themselves safely, and log readers that resume after any cut. */
@NullMarked
package dev.meanwhile.client;

import org.jspecify.annotations.NullMarked;
