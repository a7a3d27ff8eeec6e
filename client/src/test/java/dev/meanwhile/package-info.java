/** Tests across the packages of the client. */
@NullMarked
package dev.meanwhile;

import org.jspecify.annotations.NullMarked;
