# Completion of meanwhile for bash; load it with: source <(bin/meanwhile completion bash)
@COMMON@
# What a person has typed so far of a word, without its quotes, in $plain.
_meanwhile_unquote() {
    local rest=$1
    plain=''
    case $rest in
    \'* | \"*) rest=${rest:1} ;;
    esac
    while [[ $rest == *\\* ]]; do
        plain+=${rest%%\\*}
        rest=${rest#*\\}
        plain+=${rest:0:1}
        rest=${rest:1}
    done
    plain+=$rest
}

# A name the way it is to stand in the word that $1 begins, in $quoted.
_meanwhile_quote() {
    local name=$2 i c
    case $1 in
    \'*) quoted=${name//\'/"'\\''"} ;;
    \"*)
        [[ $name != *'!'* ]] || return 1 # bash would look into its history
        quoted=''
        for ((i = 0; i < ${#name}; i++)); do
            c=${name:i:1}
            case $c in
            [\"\$\`\\]) quoted+=\\$c ;;
            *) quoted+=$c ;;
            esac
        done
        ;;
    *) printf -v quoted %q "$name" ;;
    esac
}

_meanwhile() {
    local IFS=$' \t\n'
    local raw=${COMP_WORDS[COMP_CWORD]} server='' workspace='' profile='' kind='' below='' switches='' place=''
    local word whole='' glued='' head plain quoted name
    local -a line names
    line=()
    names=()
    COMPREPLY=()
    # bash takes words apart at : and =, so put them together again.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if ((${#line[@]})) && { [[ -n $glued ]] || [[ $word == [:=]* ]]; }; then
            line[${#line[@]} - 1]+=$word
        else
            line+=("$word")
        fi
        glued=''
        [[ $word != *[:=] || $word == [\'\"]* ]] || glued=1
    done
    whole=${line[${#line[@]} - 1]}
    [[ $raw != [:=] ]] || raw=''
    unset "line[${#line[@]} - 1]"
    names=()
    for word in "${line[@]}"; do
        _meanwhile_unquote "${word%[\'\"]}"
        names+=("$plain")
    done
    _meanwhile_walk "${names[@]}"
    if [[ -z $kind && $whole == --*=* ]]; then
        _meanwhile_kind "${whole%%=*}" || return 0
        whole=${whole#*=}
    elif [[ -z $kind && $whole == -* ]]; then
        for word in $switches; do
            [[ ${word%%:*} != "$whole"* ]] || COMPREPLY+=("${word%%:*}")
        done
        return 0
    elif [[ -z $kind ]]; then
        for word in $below; do
            [[ $word != "$whole"* ]] || COMPREPLY+=("$word")
        done
        kind=$place
    fi
    case $kind in
    file) COMPREPLY=() && compopt -o default 2>/dev/null ;;
    words=*)
        for word in ${kind#words=}; do
            word=${word//,/ }
            for name in $word; do
                [[ $name != "$whole"* ]] || COMPREPLY+=("$name")
            done
        done
        ;;
    session | model | profile)
        _meanwhile_names "$kind"
        head=${whole%"$raw"}
        _meanwhile_unquote "$whole"
        for name in "${names[@]}"; do
            if [[ $name == "$plain"* ]] && _meanwhile_quote "$whole" "$name" && [[ $quoted == "$head"* ]]; then
                COMPREPLY+=("${quoted#"$head"}")
            fi
        done
        ;;
    esac
    return 0
}

complete -F _meanwhile meanwhile
