/** The face of the store: transactions, what can be read and written in them, and the signals raised after a commit. */
@NullMarked
package dev.meanwhile.server.store;

import org.jspecify.annotations.NullMarked;
