/** The contract over the coordinator: maps requests in, maps answers and errors out, and guards every call. */
@NullMarked
package dev.meanwhile.server.grpc;

import org.jspecify.annotations.NullMarked;
