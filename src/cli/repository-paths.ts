/** Where the config lies, from a repository's root. */
export const CONFIG = ".github/waybill.yml";
