#!/bin/bash
# Has Apple check the disk image and fastens the answer to it, so that it opens without a warning also without a network.
#   packaging/macos/notarise.sh dist/Slowlight-0.1.0.dmg
# Needs APPLE_ID, APPLE_TEAM_ID and APPLE_APP_PASSWORD (an app-specific password). The program itself was signed by
# PyInstaller with SLOWLIGHT_CODESIGN_IDENTITY ("Developer ID Application: ..."), the hardened runtime and entitlements.plist.
set -euo pipefail
image=$1
: "${APPLE_ID:?}" "${APPLE_TEAM_ID:?}" "${APPLE_APP_PASSWORD:?}" "${SLOWLIGHT_CODESIGN_IDENTITY:?}"
codesign --force --timestamp --sign "$SLOWLIGHT_CODESIGN_IDENTITY" "$image"
xcrun notarytool submit "$image" --wait --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM_ID" --password "$APPLE_APP_PASSWORD"
xcrun stapler staple "$image"
spctl --assess --type open --context context:primary-signature --verbose "$image"
