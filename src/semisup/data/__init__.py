"""From images anywhere to packed arrays with roles."""
