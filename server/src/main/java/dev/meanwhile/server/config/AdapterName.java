package dev.meanwhile.server.config;

/** Who answers for a model. */
public enum AdapterName {
    /** A deterministic simulation that needs no key. */
    SIMULATED,
    /** A provider that speaks OpenAI's API. */
    OPENAI,
    /** A provider that speaks Anthropic's API. */
    ANTHROPIC
}
