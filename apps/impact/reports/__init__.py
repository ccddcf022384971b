"""What a request would cost before it is signed: searched at its submission, kept with it, told on its page."""
