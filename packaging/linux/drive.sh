#!/bin/bash
# Uses Slowlight as a person would, with keys and mouse, and looks at what comes of it.
#   drive.sh PICTURES COMMAND...        such as: drive.sh build/prove/source .venv/bin/python -m app
# In a D-Bus session of its own, on a screen of its own, with a home folder of its own, a gnome-keyring and, where there is
# one, a PulseAudio that plays into nowhere and can be listened to. Pictures of the screen go into the folder PICTURES.
# Needs xvfb xdotool imagemagick dbus-daemon gnome-keyring libsecret-tools; pulseaudio for the last word on sound.
set -euo pipefail
if [ "${1:-}" != "--inside" ]; then
    pictures=$(mkdir -p "$1" && cd "$1" && pwd); shift
    exec dbus-run-session -- "$0" --inside "$pictures" "$@"
fi
pictures=$2; shift 2; program=("$@")
for tool in Xvfb xdotool import gnome-keyring-daemon secret-tool; do
    command -v "$tool" >/dev/null || { echo "drive: $tool is missing" >&2; exit 1; }
done
key="sk-proof-$RANDOM$RANDOM$RANDOM"
work=$(mktemp -d /tmp/slowlight-drive.XXXXXX)
children=()
studio=

finish() {
    status=$?
    [ $status = 0 ] || { shot "failed" || true; tail -n 20 "$work"/*.log 2>/dev/null || true; }
    kill ${studio:+"$studio"} "${children[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -n "${DRIVE_KEEP_HOME:-}" ] && cp -a "$HOME/." "$DRIVE_KEEP_HOME/" || true
    rm -rf "$work"
    exit $status
}
trap finish EXIT
say() { echo "drive: $*"; }
fail() { echo "drive: FAILED: $*" >&2; exit 1; }
shot() { import -window root "$pictures/$1.png"; }
until_true() { # SECONDS WHAT COMMAND...
    local deadline=$((SECONDS + $1)) what=$2; shift 2
    until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $deadline ] || fail "$what"; sleep 0.2; done
}
press() { for keys in "$@"; do xdotool key --clearmodifiers "$keys"; sleep 0.3; done; }
write() { xdotool type --delay 15 "$1"; sleep 0.3; }
colours() { import -window root -crop "$1" +repage png:- | identify -format %k -; }
moves() { # AREA: whether it changes within a second
    import -window root -crop "$1" +repage "$work/a.png"; sleep 1
    import -window root -crop "$1" +repage "$work/b.png"
    { compare -metric AE "$work/a.png" "$work/b.png" null: 2>&1 || true; } | awk '{ exit !($1 > 50) }'
}
play_until_it_moves() { # AREA WHAT: a sound card that plays into nowhere takes two seconds before it begins
    for _ in 1 2 3; do
        for _ in 1 2 3 4; do ! moves "$1" || return 0; done
        press space
    done
    fail "$2"
}
window_is_there() { xdotool search --onlyvisible --name '^Slowlight$'; }
start_studio() { # ARGUMENTS...
    "${program[@]}" "$@" >>"$work/studio.log" 2>&1 &
    studio=$!
    until_true 60 "no window appears" window_is_there
    xdotool search --onlyvisible --name '^Slowlight$' windowmove 0 0 windowsize --sync 1440 900 windowfocus --sync
    xdotool mousemove 1435 895
    sleep 2
}
end_studio() {
    kill -TERM "$studio"
    wait "$studio" || fail "Slowlight ended with an error: $(tail -n 5 "$work/studio.log")"
    studio=
}
newest() { find "$1" -type f ! -name '*.part' 2>/dev/null | grep -q .; }
generate() { # PAGE WORDS FOLDER
    press "ctrl+$1" ctrl+n
    write "$2"
    press ctrl+Return
    until_true 120 "nothing was saved in $3" newest "$3"
    sleep 4 # the saved result is looked into and shown
}

# --- a screen, a keychain, a sound card -----------------------------------------------------------------------------------
export HOME="$work/home" XDG_RUNTIME_DIR="$work/run"
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME WAYLAND_DISPLAY NETMIND_API_KEY OCTOAI_TOKEN
mkdir -p "$HOME/.config/slowlight" "$HOME/.config/pulse" "$XDG_RUNTIME_DIR"; chmod 700 "$XDG_RUNTIME_DIR"
exec 9>"$work/display"
Xvfb -displayfd 9 -screen 0 1440x900x24 -nolisten tcp >"$work/xvfb.log" 2>&1 & children+=($!)
until_true 20 "Xvfb does not start" test -s "$work/display"
# no window manager: the window is the screen
export DISPLAY=":$(cat "$work/display")" QT_QPA_PLATFORM=xcb
printf 'a password\n' | gnome-keyring-daemon --unlock --components=secrets >"$work/keyring.log" 2>&1 & children+=($!)
if command -v pulseaudio >/dev/null; then
    pulseaudio -n --daemonize=no --exit-idle-time=-1 -L "module-null-sink sink_name=nowhere" \
        -L module-native-protocol-unix >"$work/pulse.log" 2>&1 & children+=($!)
fi

# --- the first start, and a key that survives -----------------------------------------------------------------------------
"${program[@]}" --version
"${program[@]}" --self-test || fail "the self-test"
"${program[@]}" --sandbox --port 0 --announce --key "$key" --speed 20 >"$work/server.log" 2>&1 & children+=($!)
until_true 60 "the demo server does not start" grep -q base_url "$work/server.log"
address=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/server.log" | head -1)
echo "{\"providers\": {\"netmind\": {\"base_url\": \"$address\"}}}" >"$HOME/.config/slowlight/settings.json"

start_studio
shot 1-first-start
say "the first start is seen"
xdotool mousemove 970 580 click 1 # "Add an API key" leads to the field for the key
sleep 1
write "$key"
press Return
until_true 20 "the key does not arrive in the keychain" sh -c "secret-tool search --all service slowlight | grep -qx 'secret = $key'"
sleep 1
shot 2-key-stored
say "the key is stored in the keychain"
! grep -rqs "$key" "$HOME" --exclude-dir=keyrings || fail "the key was written into a file"
end_studio

start_studio
generate 1 "A quiet mountain lake at dusk, warm haze" "$HOME/Documents/Slowlight/images"
shot 3-picture-with-the-stored-key
[ "$(colours 560x500+560+100)" -gt 2000 ] || fail "no picture is shown"
say "after a restart the key is found again: a server that takes no other has made a picture, and it is shown"
end_studio

# --- the demo: film and sound ---------------------------------------------------------------------------------------------
start_studio --demo --profile "$HOME/demo"
generate 1 "Red dunes under two moons" "$HOME/demo/library/images"
shot 4-demo-picture
generate 2 "Waves roll onto a long beach" "$HOME/demo/library/videos"
xdotool mousemove 820 420 click 1; sleep 0.5
xdotool mousemove 1435 895
play_until_it_moves 560x500+560+100 "the film does not move"
shot 5-film-plays
say "a film is shown and moves"
generate 3 "Soft rain on a tin roof, a slow piano" "$HOME/demo/library/audio"
xdotool mousemove 820 420 click 1; sleep 0.5
xdotool mousemove 1435 895
play_until_it_moves 560x700+560+100 "the sound does not go on"
shot 6-sound-plays
if command -v pulseaudio >/dev/null; then
    loud() { [ "$(timeout 3 parec -d nowhere.monitor --raw | tr -d '\0' | head -c 20000 | wc -c)" = 20000 ]; }
    loud || { press space; loud; } || { press space; loud; } || fail "PulseAudio hears nothing"
    say "sound is played, and PulseAudio hears it"
else
    say "sound is played (there is no PulseAudio here to hear it)"
fi
press ctrl+4; sleep 1.5
shot 7-history
end_studio
say "passed; pictures are in $pictures"
