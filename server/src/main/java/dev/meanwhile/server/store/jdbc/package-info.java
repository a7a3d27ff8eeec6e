/** The store of one machine on SQLite: one writer thread with group commit, and a bounded pool of readers. */
@NullMarked
package dev.meanwhile.server.store.jdbc;

import org.jspecify.annotations.NullMarked;
