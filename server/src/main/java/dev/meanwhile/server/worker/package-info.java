/** Workers: claim what waits, run it through its model, write what comes, and end it or try again. */
@NullMarked
package dev.meanwhile.server.worker;

import org.jspecify.annotations.NullMarked;
