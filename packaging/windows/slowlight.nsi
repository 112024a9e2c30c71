; The installer for Windows: for one person, without administrator's rights. Built by packaging/windows.py:
;   makensis -DVERSION=0.1.0 -DSOURCE=folder -DTARGET=file.exe -DICON=file.ico -DSIZE_KB=180000 slowlight.nsi
; "/S" installs without a question, as winget does. Results, history, settings and keys lie elsewhere and are never touched.

Unicode true
SetCompressor /SOLID lzma
RequestExecutionLevel user
!include "MUI2.nsh"
!include "x64.nsh"

!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Slowlight"

Name "Slowlight"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Slowlight"
InstallDirRegKey HKCU "${ENTRY}" "InstallLocation"
BrandingText "Slowlight ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Slowlight"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Installs Slowlight"
VIAddVersionKey "CompanyName" "The Slowlight makers"
VIAddVersionKey "LegalCopyright" "MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\Slowlight.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open Slowlight"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "Slowlight is removed from this computer. Your results, history and settings stay where they are."
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!macro ForgetProgram
  ; Only what the installer brought: a folder that somebody chose may hold other things.
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\Slowlight.exe"
!macroend

!macro EndWhenOpen un
Function ${un}EndWhenOpen
  IfFileExists "$INSTDIR\Slowlight.exe" 0 closed
  ClearErrors
  FileOpen $0 "$INSTDIR\Slowlight.exe" a
  IfErrors 0 free
  MessageBox MB_OK|MB_ICONEXCLAMATION "Slowlight is open. Close it and try again." /SD IDOK
  SetErrorLevel 2
  Quit
free:
  FileClose $0
closed:
FunctionEnd
!macroend
!insertmacro EndWhenOpen ""
!insertmacro EndWhenOpen "un."

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "Slowlight needs a 64-bit Windows." /SD IDOK
    SetErrorLevel 3
    Quit
  ${EndIf}
FunctionEnd

Section "Slowlight"
  Call EndWhenOpen
  !insertmacro ForgetProgram
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}\*"
  WriteUninstaller "$INSTDIR\Uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Slowlight.lnk" "$INSTDIR\Slowlight.exe" "" "$INSTDIR\Slowlight.exe" 0 SW_SHOWNORMAL "" "Make pictures, films and sound"
  WriteRegStr HKCU "${ENTRY}" "DisplayName" "Slowlight"
  WriteRegStr HKCU "${ENTRY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" "DisplayIcon" "$INSTDIR\Slowlight.exe"
  WriteRegStr HKCU "${ENTRY}" "Publisher" "The Slowlight makers"
  WriteRegStr HKCU "${ENTRY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "UninstallString" '"$INSTDIR\Uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" "QuietUninstallString" '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${ENTRY}" "NoModify" 1
  WriteRegDWORD HKCU "${ENTRY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  Call un.EndWhenOpen
  !insertmacro ForgetProgram
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Slowlight.lnk"
  DeleteRegKey HKCU "${ENTRY}"
SectionEnd
