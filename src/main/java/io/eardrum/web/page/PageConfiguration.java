package io.eardrum.web.page;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Serves the page from the files in {@code static}. A browser may keep them, but has to
 * ask each time whether they are still the same. After an upgrade it therefore never
 * shows an old page or a mixture of old and new files.
 */
@Configuration(proxyBeanMethods = false)
class PageConfiguration {

	@Bean
	WebMvcConfigurer staticFiles() {
		return new WebMvcConfigurer() {

			@Override
			public void addResourceHandlers(ResourceHandlerRegistry registry) {
				// A reproducible build gives all files the same constant date, which says
				// nothing about their content.
				registry.addResourceHandler("/**")
					.addResourceLocations("classpath:/static/")
					.setCacheControl(CacheControl.noCache())
					.setUseLastModified(false)
					.setEtagGenerator(new ContentTags()::tagOf);
			}

		};
	}

}
