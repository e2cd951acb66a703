"""The stage `pretrain`: an encoder trained on unlabelled images."""
