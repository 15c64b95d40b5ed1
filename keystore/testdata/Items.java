import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionContext;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.KeyStoreMaterialsProvider;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import java.io.File;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prints an item under each of some pairs of aliases: the aliases, then name=S:text or
 * name=B:base64. Arguments: file, password. Run it after make.sh, with the published Java client
 * 2.0.3 and what it depends on in the class path:
 * java -cp ... Items.java java.p12 open-sesame-4711 >java-items.txt
 */
class Items {
    public static void main(String[] args) throws Exception {
        char[] password = args[1].toCharArray();
        KeyStore store = KeyStore.getInstance(new File(args[0]), password);
        var protection = new KeyStore.PasswordProtection(password);
        for (String[] pair : new String[][] {{"enc-2025", "mac"}, {"enc-2025", "enc-2026"}, {"aes", "mac"}}) {
            var provider = new KeyStoreMaterialsProvider(store, pair[0], pair[1], protection, protection, Map.of());
            var item = new TreeMap<String, AttributeValue>();
            item.put("id", new AttributeValue("alice"));
            item.put("email", new AttributeValue("alice@example.com"));
            var context = new EncryptionContext.Builder().withTableName("users").withHashKeyName("id").build();
            System.out.print(pair[0] + " " + pair[1]);
            DynamoDBEncryptor.getInstance(provider).encryptAllFieldsExcept(item, context, "id").forEach((name, value) ->
                    System.out.print(" " + name + "=" + (value.getS() != null ? "S:" + value.getS() : "B:" + Base64.getEncoder().encodeToString(value.getB().array()))));
            System.out.println();
        }
    }
}
