"""Projects of one's own, which `semisup init` makes: their stages run the installed package."""
