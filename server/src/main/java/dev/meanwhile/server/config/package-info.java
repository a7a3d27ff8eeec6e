/** How the settings are written and read: one table, from which parsing, help and reference are made. */
@NullMarked
package dev.meanwhile.server.config;

import org.jspecify.annotations.NullMarked;
