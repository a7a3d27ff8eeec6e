# Completion of meanwhile for fish; load it with: bin/meanwhile completion fish | source
# The words before the one to complete without options and their values, which go into variables.
function __meanwhile_walk --no-scope-shadowing
    set -l wanted ''
    set path ''
    set position 0
    for word in (commandline -opc)[2..-1]
        if test -n "$wanted"
            __meanwhile_take $wanted $word
            set wanted ''
        else if string match -q -- '--*=*' $word
            __meanwhile_take (string split -m 1 = -- $word)
        else if contains -- $word @VALUED@
            set wanted $word
        else if contains -- (string trim -- "$path $word") @PATHS@
            set path (string trim -- "$path $word")
            set position 0
        else if not string match -q -- '-*' $word
            set position (math $position + 1)
        end
    end
end

function __meanwhile_take --no-scope-shadowing
    switch $argv[1]
        case --server
            set server $argv[2]
        case --workspace
            set workspace $argv[2]
        case --profile
            set profile $argv[2]
    end
end

# Whether the present command is this one and, if a second word says so, that many places of it are taken.
function __meanwhile_at
    set -l path
    set -l position
    set -l server
    set -l workspace
    set -l profile
    __meanwhile_walk
    test "$path" = "$argv[1]"; and test -z "$argv[2]" -o "$position" = "$argv[2]"
end

function __meanwhile_read
    if test -f "$argv[1]" -a -r "$argv[1]"
        string match -v -r '^$|[[:cntrl:]]' <"$argv[1]" | head -n 1000
    end
end

# The names of a kind, from what the last commands have seen.
function __meanwhile_names
    set -l path
    set -l position
    set -l server
    set -l workspace
    set -l profile
    __meanwhile_walk
    set -l explicit $profile
    set -l config $HOME/.config
    string match -q '/*' -- "$XDG_CONFIG_HOME"; and set config $XDG_CONFIG_HOME
    set -l lines (__meanwhile_read $config/meanwhile/profiles.properties)
    test -n "$profile"; or set profile $MEANWHILE_PROFILE
    test -n "$profile"; or set profile (string replace -f -r '^use=' '' -- $lines)
    set -l server_used
    set -l workspace_used
    if string match -q -r '^[A-Za-z0-9_-]+$' -- "$profile"
        set server_used (string replace -f -r "^$profile\.server=" '' -- $lines)
        set workspace_used (string replace -f -r "^$profile\.workspace=" '' -- $lines)
    end
    if test -n "$explicit"
        test -n "$server"; or set server $server_used
        test -n "$workspace"; or set workspace $workspace_used
    end
    test -n "$server"; or set server $MEANWHILE_SERVER
    test -n "$server"; or set server $server_used
    test -n "$server"; or set server 127.0.0.1:7420
    test -n "$workspace"; or set workspace $MEANWHILE_WORKSPACE
    test -n "$workspace"; or set workspace $workspace_used
    test -n "$workspace"; or set workspace default
    set -l cache $HOME/.cache
    string match -q '/*' -- "$XDG_CACHE_HOME"; and set cache $XDG_CACHE_HOME
    switch $argv[1]
        case profile
            string replace -f -r '\.(server|workspace)=.*' '' -- $lines | sort -u
        case session
            string match -q '*/*' -- $server $workspace; or __meanwhile_read $cache/meanwhile/$server/$workspace.sessions
        case model
            string match -q '*/*' -- $server; or __meanwhile_read $cache/meanwhile/$server/models
    end
end

complete -c meanwhile -e
complete -c meanwhile -f
@SPEC@
