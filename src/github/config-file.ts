/** The file that a repository's config is, and an owner's defaults are. */
export const CONFIG_PATH = ".github/waybill.yml";
/** Bytes. Larger ones the contents endpoint answers without their text. */
export const LARGEST_FILE = 1024 * 1024;
