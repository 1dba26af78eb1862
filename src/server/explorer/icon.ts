/** The product's icon, as an SVG file. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<title>Tenantry</title>
<rect width="32" height="32" rx="7" fill="#2b3a67"/>
<path d="M7 25V13l9-6 9 6v12z" fill="#fff"/>
<path d="M11 15h4v4h-4zm6 0h4v4h-4zm-6 6h4v4h-4z" fill="#2b3a67"/>
<path d="M17 21h4v4h-4z" fill="#f2a541"/>
</svg>
`;
