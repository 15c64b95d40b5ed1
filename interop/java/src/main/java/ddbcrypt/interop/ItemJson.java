package ddbcrypt.interop;

import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** DynamoDB JSON to and from the SDK's attribute values; number texts stay as they are. */
final class ItemJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ItemJson() {}

  static Map<String, AttributeValue> parse(JsonNode item) {
    Map<String, AttributeValue> attributes = new LinkedHashMap<>();
    item.fields().forEachRemaining(f -> attributes.put(f.getKey(), parseValue(f.getValue())));
    return attributes;
  }

  static ObjectNode format(Map<String, AttributeValue> item) {
    ObjectNode node = NODES.objectNode();
    item.forEach((name, value) -> node.set(name, formatValue(value)));
    return node;
  }

  private static AttributeValue parseValue(JsonNode typed) {
    if (typed.size() != 1) {
      throw new IllegalArgumentException("an attribute value needs exactly one type");
    }
    String type = typed.fieldNames().next();
    JsonNode value = typed.get(type);
    AttributeValue result = new AttributeValue();
    switch (type) {
      case "S" -> result.setS(value.textValue());
      case "N" -> result.setN(value.textValue());
      case "B" -> result.setB(bytes(value));
      case "BOOL" -> result.setBOOL(value.booleanValue());
      case "NULL" -> result.setNULL(value.booleanValue());
      case "SS" -> result.setSS(members(value, JsonNode::textValue));
      case "NS" -> result.setNS(members(value, JsonNode::textValue));
      case "BS" -> result.setBS(members(value, ItemJson::bytes));
      case "L" -> result.setL(members(value, ItemJson::parseValue));
      case "M" -> result.setM(parse(value));
      default -> throw new IllegalArgumentException("unknown attribute type " + type);
    }
    return result;
  }

  private static ObjectNode formatValue(AttributeValue value) {
    ObjectNode typed = NODES.objectNode();
    if (value.getS() != null) {
      typed.put("S", value.getS());
    } else if (value.getN() != null) {
      typed.put("N", value.getN());
    } else if (value.getB() != null) {
      typed.put("B", base64(value.getB()));
    } else if (value.getBOOL() != null) {
      typed.put("BOOL", value.getBOOL());
    } else if (value.getNULL() != null) {
      typed.put("NULL", value.getNULL());
    } else if (value.getSS() != null) {
      value.getSS().forEach(array(typed, "SS")::add);
    } else if (value.getNS() != null) {
      value.getNS().forEach(array(typed, "NS")::add);
    } else if (value.getBS() != null) {
      ArrayNode members = array(typed, "BS");
      value.getBS().forEach(b -> members.add(base64(b)));
    } else if (value.getL() != null) {
      ArrayNode elements = array(typed, "L");
      value.getL().forEach(e -> elements.add(formatValue(e)));
    } else if (value.getM() != null) {
      typed.set("M", format(value.getM()));
    } else {
      throw new IllegalStateException("an attribute value without a type");
    }
    return typed;
  }

  private static ArrayNode array(ObjectNode typed, String type) {
    return typed.putArray(type);
  }

  private static <T> List<T> members(JsonNode array, Function<JsonNode, T> parse) {
    List<T> members = new ArrayList<>(array.size());
    array.forEach(member -> members.add(parse.apply(member)));
    return members;
  }

  private static ByteBuffer bytes(JsonNode text) {
    return ByteBuffer.wrap(Base64.getDecoder().decode(text.textValue()));
  }

  private static String base64(ByteBuffer buffer) {
    ByteBuffer view = buffer.duplicate();
    view.rewind();
    byte[] bytes = new byte[view.remaining()];
    view.get(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
