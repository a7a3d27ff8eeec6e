#compdef meanwhile
# Completion of meanwhile for zsh; load it behind compinit with: source <(bin/meanwhile completion zsh)
@COMMON@
_meanwhile() {
    emulate -L zsh
    setopt sh_word_split
    local IFS=$' \t\n'
    local server='' workspace='' profile='' kind='' below='' switches='' place='' word whole
    local -a names found
    whole=${(Q)words[CURRENT]}
    _meanwhile_walk "${(@Q)words[2,CURRENT-1]}"
    if [[ -z $kind && $whole == --*=* ]]; then
        _meanwhile_kind "${whole%%=*}" || return 1
        compset -P '*='
    elif [[ -z $kind && $whole == -* ]]; then
        for word in $switches; do
            found+=("${word%%:*}")
        done
        compadd -a found
        return
    elif [[ -z $kind ]]; then
        found=($below)
        kind=$place
    fi
    case $kind in
    file) _files && return ;;
    words=*) found+=(${(s:,:)kind#words=}) ;;
    session | model | profile)
        _meanwhile_names "$kind"
        found+=("${names[@]}")
        ;;
    esac
    # It quotes what needs it.
    compadd -a found
}

compdef _meanwhile meanwhile
