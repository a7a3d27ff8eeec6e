/** Servers of this contract, on real loopback gRPC, that do what a test tells them. */
@NullMarked
package dev.meanwhile.testing;

import org.jspecify.annotations.NullMarked;
