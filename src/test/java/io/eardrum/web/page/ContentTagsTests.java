package io.eardrum.web.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Entity tags of files on disk and in a jar.
 */
class ContentTagsTests {

	private final ContentTags tags = new ContentTags();

	@Test
	void equalContentHasEqualTags() {
		assertThat(this.tags.tagOf(packed("one.js", "content"))).isEqualTo(this.tags.tagOf(packed("two.js", "content")))
			.matches("W/\"[0-9a-f]{24}\"");
	}

	@Test
	void otherContentHasAnotherTag() {
		assertThat(this.tags.tagOf(packed("one.js", "old"))).isNotEqualTo(this.tags.tagOf(packed("two.js", "new")));
	}

	@Test
	void fileInAJarIsReadOnce() {
		String tag = this.tags.tagOf(packed("one.js", "content"));
		assertThat(this.tags.tagOf(packed("one.js", "never read"))).isEqualTo(tag);
	}

	@Test
	void fileInADirectoryMayBeEdited(@TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("page.css"), "a { color: red }");
		String tag = this.tags.tagOf(new FileSystemResource(file));
		Files.writeString(file, "a { color: blue }");
		assertThat(this.tags.tagOf(new FileSystemResource(file))).isNotEqualTo(tag);
	}

	@Test
	void fileThatCannotBeReadIsAnError(@TempDir Path directory) {
		Resource missing = new FileSystemResource(directory.resolve("missing"));
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> this.tags.tagOf(missing));
	}

	private static Resource packed(String name, String content) {
		return new ByteArrayResource(content.getBytes(StandardCharsets.UTF_8), name);
	}

}
