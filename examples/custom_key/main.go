// Command custom_key keeps its keys in a token, such as an HSM, behind PKCS#11:
// an AES key that wraps content keys and an RSA key that signs. Neither ever
// enters the process. The program seals an item, shows what would be stored,
// opens it again, and shows two tampered copies refused.
//
//	go run ./examples/custom_key
//
// Without the build tag pkcs11 the token is a stand-in in the memory of the
// process, so that the program runs with nothing but Go, and it says so:
//
//	Keys: stand-in for a token (in the memory of this process: it protects no key)
//
// With the tag, the token is one of a PKCS#11 module; cgo then needs a C
// compiler. For example with SoftHSM, in Debian apt-get install softhsm2:
//
//	softhsm2-util --init-token --free --label ddbcrypt --so-pin 1234 --pin 5678
//	export DDBCRYPT_PKCS11_MODULE=/usr/lib/softhsm/libsofthsm2.so
//	export DDBCRYPT_PKCS11_TOKEN=ddbcrypt DDBCRYPT_PKCS11_PIN=5678
//	go run -tags pkcs11 ./examples/custom_key -create-keys
//
// The flag is for the first time only. It prints:
//
//	Keys: PKCS#11 token "ddbcrypt"
//
//	1. As DynamoDB would store the item:
//	   *amzn-ddb-map-desc*  amzn-ddb-env-alg = "AES/256"
//	   *amzn-ddb-map-desc*  amzn-ddb-env-key = "/T+GRw9yvnLS9NOxWkVmRtFNsXv82RFKG7xr5WuXIDWxO4hrrfPmSw=="
//	   *amzn-ddb-map-desc*  amzn-ddb-map-signingAlg = "SHA256withRSA"
//	   *amzn-ddb-map-desc*  amzn-ddb-map-sym-mode = "/CBC/PKCS5Padding"
//	   *amzn-ddb-map-desc*  amzn-ddb-wrap-alg = "AESWrap"
//	   *amzn-ddb-map-sig*   B  0382ed8ad878f2a553ecde02c6a6385e… (384 bytes)
//	   iban                 B  b2fae8cc81265e3c99428ffb9c8ce715… (64 bytes)
//	   id                   S  "a-1"
//
//	2. Verified, its content key unwrapped by the token, decrypted:
//	   iban = CH93 0076 2011 6238 5295 7
//
//	3. A copy under another id is refused by its signature:
//	   ddbcrypt: decrypt item of table "accounts" with key "id": signature does not match
//
//	4. A copy whose wrapped key was changed is refused by the token:
//	   ddbcrypt: decrypt item of table "accounts" with key "id": verified item cannot be decrypted
//
// For keys of your own take keys.go, which implements the interfaces of package
// cmp over any device, and what pkcs11*.go does with a real one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	createKeys := flag.Bool("create-keys", false, "create the keys that the token lacks; the stand-in always makes new ones")
	flag.Parse()
	if err := runWithToken(ctx, *createKeys); err != nil {
		fmt.Fprintln(os.Stderr, "custom_key:", err)
		os.Exit(1)
	}
}

func runWithToken(ctx context.Context, createKeys bool) (err error) {
	device, err := openToken(createKeys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, device.Close()) }()
	return run(ctx, os.Stdout, device)
}
