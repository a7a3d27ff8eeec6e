/** The words of the service as values: no I/O, no dependency on any other package. */
@NullMarked
package dev.meanwhile.server.domain;

import org.jspecify.annotations.NullMarked;
