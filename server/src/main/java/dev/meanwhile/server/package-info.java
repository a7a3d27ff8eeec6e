/** The service: its configuration and the one place that constructs and wires its parts. */
@NullMarked
package dev.meanwhile.server;

import org.jspecify.annotations.NullMarked;
