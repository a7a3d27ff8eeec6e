/** Metrics and health over HTTP, for operators and what watches for them. */
@NullMarked
package dev.meanwhile.server.http;

import org.jspecify.annotations.NullMarked;
