/** The command line: one class per command, results on stdout, everything else on stderr. */
@NullMarked
package dev.meanwhile.cli;

import org.jspecify.annotations.NullMarked;
