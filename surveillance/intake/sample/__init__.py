"""An invented result that answers a follow-up, written as other systems send it.

For the demonstration and for trying out a feed: what is written here goes in through the same
doors as what a hospital sends.
"""
