/** Measures a server in a process of its own, each figure next to its limit on the same machine at the same time. */
@NullMarked
package dev.meanwhile.bench;

import org.jspecify.annotations.NullMarked;
