/** The long proofs: a server of its own process, judged by readers that know only the contract and the file. */
@NullMarked
package dev.meanwhile.server.soak;

import org.jspecify.annotations.NullMarked;
