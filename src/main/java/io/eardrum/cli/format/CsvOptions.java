package io.eardrum.cli.format;

import org.jspecify.annotations.Nullable;

/**
 * What the columns of a CSV file mean.
 *
 * @param key the column of the key
 * @param value the column of the value
 * @param time the column of the time, or {@code null} for one named timestamp or time
 * @param wide whether each column but the time is a series, named after the column
 * @param delimiter what separates columns
 */
record CsvOptions(String key, String value, @Nullable String time, boolean wide, char delimiter) {

}
