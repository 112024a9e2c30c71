"""A bare PySide6 window with QtMultimedia: what Slowlight's size is held against (packaging/measure.py)."""

import sys

from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer
from PySide6.QtMultimediaWidgets import QVideoWidget
from PySide6.QtWidgets import QApplication

application = QApplication(sys.argv)
picture = QVideoWidget()
picture.setWindowTitle("Bare window")
player = QMediaPlayer()
sound = QAudioOutput()
player.setVideoOutput(picture)
player.setAudioOutput(sound)
picture.show()
sys.exit(application.exec())
