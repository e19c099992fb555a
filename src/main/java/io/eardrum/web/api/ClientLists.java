package io.eardrum.web.api;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

import io.eardrum.address.ConnectedClient;
import io.eardrum.address.ConnectedClients;
import io.eardrum.web.http.Exchange;
import io.eardrum.web.http.Query;
import io.eardrum.web.http.TextReply;
import io.eardrum.web.http.problem.RequestProblem;

/**
 * Lists the clients of the ports for points, and ends the connection of one.
 * <p>
 * Safe for any number of threads.
 */
final class ClientLists {

	static final Set<String> PARAMETERS = Set.of("format");

	private static final Logger logger = LoggerFactory.getLogger(ClientLists.class);

	private static final double NANOS = 1e9;

	private final ConnectedClients clients;

	ClientLists(ConnectedClients clients) {
		this.clients = clients;
	}

	/**
	 * Answers with all clients.
	 * @param query the parameters
	 * @param exchange the reply
	 * @throws IOException if the client has gone
	 */
	void list(Query query, Exchange exchange) throws IOException {
		boolean csv = PointsReader.isCsv(query.optional("format"), exchange.header("Accept"));
		List<ConnectedClient> all = this.clients.all();
		if (csv) {
			exchange.reply("text/csv;charset=UTF-8", (text) -> {
				text.ascii("id,address,port,local_port,tls,connected,silent_seconds,bytes_received,bytes_sent,state\n");
				for (ConnectedClient client : all) {
					row(client, text);
				}
			});
			return;
		}
		exchange.reply("application/json", (text) -> {
			text.ascii("{\"clients\":[");
			String separator = "\n";
			for (ConnectedClient client : all) {
				text.ascii(separator);
				object(client, text);
				separator = ",\n";
			}
			text.ascii("],\"total\":").integer(all.size()).ascii("}\n");
		});
	}

	/**
	 * Ends the connection whose number is the last part of the path.
	 * @param query no parameters
	 * @param exchange the reply
	 * @throws IOException if the client of this request has gone
	 */
	void end(Query query, Exchange exchange) throws IOException {
		String id = exchange.lastPathSegment();
		if (!id.matches("[1-9][0-9]{0,17}") || !this.clients.end(Long.parseLong(id))) {
			throw new RequestProblem(HttpStatus.NOT_FOUND, "There is no connection with this number.");
		}
		logger.info("Ended the connection number {}, as asked for over HTTP", id);
		exchange.reply("application/json", (text) -> text.ascii("{\"ended\":").ascii(id).ascii("}\n"));
	}

	private static void row(ConnectedClient client, TextReply text) throws IOException {
		text.integer(client.id()).ascii(",").ascii(host(client)).ascii(",").integer(client.address().getPort());
		text.ascii(",").integer(client.localPort()).ascii(",").ascii(String.valueOf(client.encrypted()));
		text.ascii(",").ascii(client.connected().toString()).ascii(",").value(client.silent().toNanos() / NANOS);
		text.ascii(",").integer(client.bytesReceived()).ascii(",").integer(client.bytesSent());
		text.ascii(",").ascii(state(client)).ascii("\n");
	}

	private static void object(ConnectedClient client, TextReply text) throws IOException {
		text.ascii("{\"id\":").integer(client.id()).ascii(",\"address\":").jsonString(host(client));
		text.ascii(",\"port\":").integer(client.address().getPort());
		text.ascii(",\"localPort\":").integer(client.localPort());
		text.ascii(",\"tls\":").ascii(String.valueOf(client.encrypted()));
		text.ascii(",\"connected\":").jsonString(client.connected().toString());
		text.ascii(",\"silentSeconds\":").value(client.silent().toNanos() / NANOS);
		text.ascii(",\"bytesReceived\":").integer(client.bytesReceived());
		text.ascii(",\"bytesSent\":").integer(client.bytesSent());
		text.ascii(",\"state\":").jsonString(state(client)).ascii("}");
	}

	private static String host(ConnectedClient client) {
		return client.address().getAddress().getHostAddress();
	}

	private static String state(ConnectedClient client) {
		return client.state().name().toLowerCase(Locale.ROOT);
	}

}
