/** The command line. */
@NullMarked
package dev.meanwhile.cli;

import org.jspecify.annotations.NullMarked;
