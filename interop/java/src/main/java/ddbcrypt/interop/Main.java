package ddbcrypt.interop;

import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;

/** Answers one JSON request per line of standard input with one JSON line on standard output. */
public final class Main {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Services SERVICES = new Services();
  private static final Providers PROVIDERS = new Providers(SERVICES);

  private Main() {}

  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 16);
    OutputStream out = new BufferedOutputStream(System.out, 1 << 16);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.write(JSON.writeValueAsBytes(answer(line)));
      out.write('\n');
      out.flush();
    }
  }

  private static ObjectNode answer(String line) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      fill(answer, JSON.readTree(line));
    } catch (Exception | OutOfMemoryError e) {
      // The client reserves what a tampered description claims to need, up to 2 GB.
      answer.put("error", e.getClass().getSimpleName() + ": " + e.getMessage());
    }
    return answer;
  }

  private static void fill(ObjectNode answer, JsonNode request) throws Exception {
    JsonNode provider = request.path("provider");
    String op = request.path("op").asText();
    switch (op) {
      case "encrypt" -> answer.set("item", run(request, true));
      case "decrypt" -> answer.set("item", run(request, false));
      case "metastore_create" -> PROVIDERS.createTable(provider);
      case "metastore_rotate" -> answer.put("version", PROVIDERS.rotate(provider));
      case "metastore_max_version" -> answer.put("version", PROVIDERS.maxVersion(provider));
      case "mapper_save", "mapper_load", "mapper_query", "mapper_delete" ->
          answer.set("objects", new MapperPeer(request, SERVICES, PROVIDERS).run(op));
      default -> throw new IllegalArgumentException("unknown op");
    }
  }

  private static ObjectNode run(JsonNode request, boolean encrypting)
      throws GeneralSecurityException {
    Map<String, AttributeValue> item = ItemJson.parse(request.get("item"));
    return ItemJson.format(new Peer(request, encrypting, PROVIDERS).run(item));
  }
}
