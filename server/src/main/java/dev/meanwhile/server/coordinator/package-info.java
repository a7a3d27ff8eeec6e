/** What users and operators decide and ask: sessions, routing, switching, reading, explaining. */
@NullMarked
package dev.meanwhile.server.coordinator;

import org.jspecify.annotations.NullMarked;
