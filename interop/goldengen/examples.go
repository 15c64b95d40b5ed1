//go:build interop

package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/interop"
)

// An example is one item to be sealed, with a sentence about it.
type example struct {
	name    string
	request interop.Request
}

// Names of the clients, as in the names of the golden files.
const (
	java   = "java"
	python = "python"
)

// usual is what most examples seal: a key, something encrypted, something signed, something left alone.
const usual = `{"id":{"S":"alice"},"email":{"S":"alice@example.com"},"plan":{"S":"gold"},"views":{"N":"7"}}`

// examples lists what one client is asked to seal.
func examples(keys *interop.Keys, client string) []example {
	list := slices.Concat(
		keyExamples(keys, client),
		wrapExamples(keys, client),
		contextExamples(),
		actionExamples(client),
		valueExamples(client),
		orderExamples(),
		numberExamples(client),
	)
	if client == java {
		list = append(list, javaExamples(keys)...)
	}
	return list
}

// static is an example with a static AES-256 key and a usual HMAC key.
func static(name, item string, change ...func(*interop.Request)) example {
	return with(name, item, interop.StaticProvider(secret(32), hmac()), change...)
}

// with is an example in table users with partition key id, plan signed and views left alone.
func with(name, item string, provider interop.Provider, change ...func(*interop.Request)) example {
	table := "users"
	request := interop.Request{
		Op:            interop.OpEncrypt,
		Item:          json.RawMessage(item),
		Table:         &table,
		PartitionKey:  "id",
		DefaultAction: interop.ActionEncrypt,
		Actions:       map[string]string{"id": interop.ActionSign, "plan": interop.ActionSign, "views": interop.ActionNone},
		Provider:      provider,
	}
	for _, c := range change {
		c(&request)
	}
	return example{name: name, request: request}
}

// signAll signs every attribute and encrypts none.
func signAll(r *interop.Request) {
	r.DefaultAction = interop.ActionSign
	r.Actions = map[string]string{"id": interop.ActionSign}
}

func hmac() interop.SigningKeys { return interop.HMAC("HmacSHA256", secret(32)) }

func secret(size int) []byte {
	key := make([]byte, size)
	// Never fails: see crypto/rand.
	_, _ = rand.Read(key)
	return key
}

func keyExamples(keys *interop.Keys, client string) []example {
	var list []example
	for _, size := range []int{16, 24, 32} {
		list = append(list, with(fmt.Sprintf("a static AES-%d key", 8*size), usual, interop.StaticProvider(secret(size), hmac())))
	}
	for _, digest := range []string{"224", "256", "384", "512"} {
		name := "HmacSHA" + digest
		list = append(list, with("signed by "+name, usual, interop.StaticProvider(secret(16), interop.HMAC(name, secret(32)))))
	}
	for _, size := range []int{8, 16, 150} {
		name := fmt.Sprintf("signed by HmacSHA256 with a key of %d bits", 8*size)
		list = append(list, with(name, usual, interop.StaticProvider(secret(16), interop.HMAC("HmacSHA256", secret(size)))))
	}
	for i, digest := range []string{"224", "256", "384", "512"} {
		pair, name := keys.RSA[i%len(keys.RSA)], "SHA"+digest+"withRSA"
		list = append(list, with("signed by "+name+" with "+pair.Name, usual, interop.StaticProvider(secret(32), interop.Signature(name, pair))))
	}
	if client == python {
		return list
	}
	for i, digest := range []string{"224", "256", "384", "512"} {
		pair, name := keys.EC[max(0, i-1)], "SHA"+digest+"withECDSA"
		list = append(list, with("signed by "+name+" on "+pair.Name, usual, interop.StaticProvider(secret(32), interop.Signature(name, pair))))
	}
	return list
}

func wrapExamples(keys *interop.Keys, client string) []example {
	var list []example
	for _, size := range []int{16, 24, 32} {
		list = append(list, with(fmt.Sprintf("a content key wrapped by an AES-%d key", 8*size), usual, interop.AESProvider(secret(size), hmac())))
	}
	for _, bits := range []string{"128", "192", "256"} {
		provider := interop.AESProvider(secret(32), hmac())
		provider.Description = map[string]string{"amzn-ddb-env-alg": "AES/" + bits}
		list = append(list, with("a content key of AES-"+bits+" that was asked for", usual, provider))
	}
	rsa2048, rsa3072 := keys.RSA[0], keys.RSA[1]
	list = append(list,
		with("a content key wrapped by RSA-2048", usual, interop.RSAProvider(rsa2048, "", hmac())),
		with("a content key wrapped by RSA-3072", usual, interop.RSAProvider(rsa3072, "", hmac())),
		with("a content key wrapped by RSA, the item signed by RSA", usual, interop.RSAProvider(rsa2048, "", interop.Signature("SHA256withRSA", rsa3072))),
		with("a content key wrapped by AES, the item signed by RSA", usual, interop.AESProvider(secret(16), interop.Signature("SHA512withRSA", rsa2048))),
		with("a content key wrapped although nothing is encrypted", usual, interop.AESProvider(secret(16), hmac()), signAll),
	)
	for _, digest := range []string{"1", "256", "384", "512"} {
		transformation := "RSA/ECB/OAEPWithSHA-" + digest + "AndMGF1Padding"
		list = append(list, with("a content key wrapped by "+transformation, usual, interop.RSAProvider(rsa2048, transformation, hmac())))
	}
	for _, transformation := range []string{"RSA", "RSA/ECB/PKCS1Padding"} {
		list = append(list, with("a content key wrapped by PKCS #1 v1.5 as "+transformation, usual, interop.RSAProvider(rsa2048, transformation, hmac())))
	}
	if client == java {
		list = append(list, with("a content key wrapped by RSA, the item signed by ECDSA", usual, interop.RSAProvider(rsa3072, "", interop.Signature("SHA256withECDSA", keys.EC[0]))))
	}
	described := interop.StaticProvider(secret(32), hmac())
	described.Description = map[string]string{"größe": "😀", "hello": ""}
	return append(list, with("a requested description with entries of its own", usual, described))
}

func contextExamples() []example {
	sorted := func(r *interop.Request) { r.SortKey, r.Actions["created"] = "created", interop.ActionSign }
	named := func(name string) func(*interop.Request) {
		return func(r *interop.Request) { r.Table = &name }
	}
	return []example{
		static("no table name", usual, func(r *interop.Request) { r.Table = nil }),
		static("a table name with all the characters it can have", usual, named("Users_2024.eu-west-1")),
		static("a table that is called null", usual, named("null")),
		static("a number as sort key", `{"id":{"S":"alice"},"created":{"N":"1700000000"},"email":{"S":"a@example.com"}}`, sorted),
		static("binary key attributes", `{"id":{"B":"gAD/"},"created":{"B":"AA=="},"email":{"S":"a@example.com"}}`, sorted),
		static("nothing but the keys", `{"id":{"S":"alice"},"created":{"N":"1"}}`, sorted),
		static("no key attributes named", `{"a":{"S":"x"},"b":{"S":"y"}}`, func(r *interop.Request) { r.PartitionKey, r.Actions = "", nil }),
	}
}

func actionExamples(client string) []example {
	list := []example{
		static("everything signed and nothing encrypted", usual, signAll),
		with("no encryption key and everything signed", usual, interop.StaticProvider(nil, hmac()), signAll),
		static("left alone by default, one signed, one encrypted", usual, func(r *interop.Request) {
			r.DefaultAction = interop.ActionNone
			r.Actions = map[string]string{"id": interop.ActionSign, "email": interop.ActionEncrypt}
		}),
		static("actions for attributes that the item lacks", usual, func(r *interop.Request) {
			r.Actions["gone"], r.Actions["lost"] = interop.ActionSign, interop.ActionNone
		}),
		static("nothing to do for any attribute, so not sealed", usual, func(r *interop.Request) {
			r.DefaultAction, r.Actions = interop.ActionNone, nil
		}),
	}
	if client == python {
		list = append(list,
			static("signed although every present attribute is left alone", usual, func(r *interop.Request) {
				r.DefaultAction = interop.ActionNone
				r.Actions = map[string]string{"id": interop.ActionNone, "gone": interop.ActionSign}
			}),
			static("an item without attributes", `{}`),
		)
	}
	return list
}

func javaExamples(keys *interop.Keys) []example {
	names := func(names interop.JavaNames) func(*interop.Request) {
		return func(r *interop.Request) { r.Java = &names }
	}
	signed := interop.StaticProvider(nil, hmac())
	signed.Description = map[string]string{"purpose": "test"}
	return []example{
		static("other names for the description and the signature attribute", usual,
			names(interop.JavaNames{DescriptionAttribute: "about", SignatureAttribute: "seal"})),
		static("another prefix in the description", usual, names(interop.JavaNames{DescriptionPrefix: "my-app-"})),
		with("other names, another prefix, RSA wrapping and RSA signature", usual,
			interop.RSAProvider(keys.RSA[0], "", interop.Signature("SHA384withRSA", keys.RSA[1])),
			names(interop.JavaNames{DescriptionPrefix: "x/", DescriptionAttribute: "*d*", SignatureAttribute: "*s*"})),
		with("no encryption key but a requested description", usual, signed, signAll),
		with("signed by RSA, without an encryption key", usual, interop.StaticProvider(nil, interop.Signature("SHA256withRSA", keys.RSA[0])), signAll),
	}
}
