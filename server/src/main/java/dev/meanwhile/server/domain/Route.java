package dev.meanwhile.server.domain;

/** Where a message was routed when it was submitted. The order is stored: append only. */
public enum Route {
    FOREGROUND,
    BACKGROUND
}
