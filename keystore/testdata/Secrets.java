import java.io.File;
import java.security.KeyStore;
import java.util.Base64;
import javax.crypto.SecretKey;

/** Prints the secret keys of a key store: alias, algorithm, base64. Arguments: file, password. */
class Secrets {
    public static void main(String[] args) throws Exception {
        char[] password = args[1].toCharArray();
        KeyStore store = KeyStore.getInstance(new File(args[0]), password);
        for (var aliases = store.aliases(); aliases.hasMoreElements(); ) {
            String alias = aliases.nextElement();
            if (store.getKey(alias, password) instanceof SecretKey key) {
                System.out.println(alias + " " + key.getAlgorithm() + " " + Base64.getEncoder().encodeToString(key.getEncoded()));
            }
        }
    }
}
