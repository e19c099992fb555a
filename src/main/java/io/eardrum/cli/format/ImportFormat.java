package io.eardrum.cli.format;

/**
 * The formats that can be imported, as they are named on the command line.
 */
enum ImportFormat {

	/** Lines of the protocol, of an export, or of Graphite. */
	text,

	/** CSV with a header. */
	csv,

	/** Influx line protocol. */
	influx,

	/** The text that Prometheus scrapes. */
	prometheus

}
