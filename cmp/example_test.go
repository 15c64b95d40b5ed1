package cmp_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// secret stands for key material that a program gets from where it keeps its
// secrets.
func secret() []byte { return bytes.Repeat([]byte{7}, 32) }

// Each item gets a content key of its own, wrapped under one AES key.
func ExampleNewWrapped() {
	wrapping, err := cmp.NewAESKey(secret())
	if err != nil {
		log.Fatal(err)
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", secret())
	if err != nil {
		log.Fatal(err)
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	if err != nil {
		log.Fatal(err)
	}
	materials, err := provider.EncryptionMaterials(context.Background(), cmp.EncryptionRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(materials.Description["amzn-ddb-env-alg"], materials.Description["amzn-ddb-wrap-alg"])
	// Output: AES/256 AESWrap
}

// A program that only reads gets the keys to verify and unwrap, and cannot
// write.
func ExampleNewWrapped_readOnly() {
	unwrapping, err := cmp.NewAESKey(secret())
	if err != nil {
		log.Fatal(err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // the writer's
	if err != nil {
		log.Fatal(err)
	}
	verification, err := cmp.NewAsymmetricVerificationKey("SHA256withECDSA", private.Public())
	if err != nil {
		log.Fatal(err)
	}
	reader, err := cmp.NewWrapped(cmp.WrappedKeys{Unwrapping: unwrapping, Verification: verification})
	if err != nil {
		log.Fatal(err)
	}
	_, err = reader.EncryptionMaterials(context.Background(), cmp.EncryptionRequest{})
	fmt.Println(errors.Is(err, cmp.ErrKeyUnavailable))
	// Output: true
}

func ExampleNewStatic() {
	encryption, err := cmp.NewAESKey(secret())
	if err != nil {
		log.Fatal(err)
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", secret())
	if err != nil {
		log.Fatal(err)
	}
	provider, err := cmp.NewStatic(
		cmp.StaticKeys{Encryption: encryption, Signing: signing},
		cmp.WithDescription(cmp.MaterialDescription{"team": "billing"}),
	)
	if err != nil {
		log.Fatal(err)
	}
	materials, err := provider.EncryptionMaterials(context.Background(), cmp.EncryptionRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(materials.SigningKey.Algorithm(), materials.Description)
	// Output: HmacSHA256 map[team:billing]
}

// Java's AsymmetricStaticProvider: one RSA pair to wrap, one to sign.
func ExampleNewAsymmetricStatic() {
	wrapping, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	signing, err := cmp.NewAsymmetricSigningKey("SHA256withRSA", signer)
	if err != nil {
		log.Fatal(err)
	}
	provider, err := cmp.NewAsymmetricStatic(wrapping, signing)
	if err != nil {
		log.Fatal(err)
	}
	materials, err := provider.EncryptionMaterials(context.Background(), cmp.EncryptionRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(materials.Description["amzn-ddb-wrap-alg"])
	// Output: RSA/ECB/OAEPWithSHA-256AndMGF1Padding
}

// Keys print nothing of themselves.
func ExampleParseSigningKey() {
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		log.Fatal(err)
	}
	file := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})

	key, err := cmp.ParseSigningKey("SHA384withECDSA", cmp.PEM, file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key, key.Algorithm())

	_, err = cmp.ParseSigningKey("SHA1withRSA", cmp.PEM, file)
	fmt.Println(errors.Is(err, cmp.ErrConfig))
	// Output:
	// [signing key] SHA384withECDSA
	// true
}

func ExampleParseVerificationKey() {
	_, err := cmp.ParseVerificationKey("HmacSHA256", cmp.Raw, []byte("12 bytes old"))
	fmt.Println(errors.Is(err, cmp.ErrConfig))
	key, err := cmp.ParseVerificationKey("HmacSHA256", cmp.Raw, []byte("12 bytes old"), cmp.AllowWeakKeys())
	fmt.Println(key, err)
	// Output:
	// true
	// [HMAC key] <nil>
}

func ExampleParseMaterialDescription() {
	attribute, err := cmp.MaterialDescription{"team": "billing"}.Serialize()
	if err != nil {
		log.Fatal(err)
	}
	description, err := cmp.ParseMaterialDescription(attribute)
	fmt.Println(description, err)
	_, err = cmp.ParseMaterialDescription(attribute[:len(attribute)-1])
	fmt.Println(errors.Is(err, cmp.ErrDescription))
	// Output:
	// map[team:billing] <nil>
	// true
}

func ExampleTableName() {
	fmt.Println(cmp.TableName("users"))
	fmt.Println(cmp.TableName("arn:aws:dynamodb:eu-central-1:123456789012:table/users"))
	// Output:
	// users <nil>
	// users <nil>
}

func ExampleFailureClass() {
	_, err := cmp.NewAESKey(make([]byte, 5))
	switch cmp.FailureClass(err) {
	case cmp.ErrConfig:
		fmt.Println("fix the configuration")
	case cmp.ErrKeyUnavailable:
		fmt.Println("try again later")
	}
	// Output: fix the configuration
}
