#!/bin/sh
# Makes the key stores of the tests: make.sh DIRECTORY. The keys are throw-away
# ones. It takes the JDK's keytool and java (17 or newer), and openssl.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
password=open-sesame-4711

store() { # FILE COMMAND...: keytool on FILE
	file=$1
	shift
	keytool "$@" -keystore "$file" -storetype PKCS12 -storepass "$password" -noprompt
}
pair() { # FILE ALIAS KEYALG...: a key pair with a self-signed certificate
	file=$1 alias=$2
	shift 2
	store "$file" -genkeypair -alias "$alias" -dname "CN=$alias" -validity 36500 -keyalg "$@"
}
rm -f ./*.p12 ./*.jks ./*.cert ./secrets.txt

# Private keys only. Java makes enc-2025 of Enc-2025.
pair keys.p12 Enc-2025 RSA -keysize 2048
pair keys.p12 enc-2026 RSA -keysize 2048
pair keys.p12 sig-2025 EC -groupname secp256r1
pair keys.p12 sig-2026 EC -groupname secp384r1
pair keys.p12 partner RSA -keysize 2048
pair keys.p12 weak RSA -keysize 1024
store keys.p12 -exportcert -alias partner -rfc -file partner.cert
store keys.p12 -exportcert -alias sig-2026 -rfc -file sig-2026.cert

# Everything that a Java store can hold. partner is only a trusted certificate.
cp keys.p12 java.p12
store java.p12 -delete -alias partner
store java.p12 -importcert -alias partner -file partner.cert
store java.p12 -genseckey -alias aes -keyalg AES -keysize 256
store java.p12 -genseckey -alias mac -keyalg HmacSHA256 -keysize 256
store java.p12 -genseckey -alias mac512 -keyalg HmacSHA512 -keysize 512
store java.p12 -genseckey -alias des -keyalg DES -keysize 56
pair java.p12 ed Ed25519
java "$here/Secrets.java" java.p12 "$password" >secrets.txt

# Only certificates, and only secret keys.
store trust.p12 -importcert -alias partner -file partner.cert
store secrets.p12 -genseckey -alias aes -keyalg AES -keysize 128

# As Java wrote them before 2021: 3DES and RC2.
pair legacy.p12 sig EC -groupname secp256r1 -J-Dkeystore.pkcs12.legacy
cp legacy.p12 legacy-trust.p12
store legacy-trust.p12 -importcert -alias partner -file partner.cert -J-Dkeystore.pkcs12.legacy

# A JKS file, converted as the package documentation says.
keytool -genkeypair -alias sig -dname CN=sig -validity 36500 -keyalg EC -groupname secp256r1 \
	-keystore old.jks -storetype JKS -storepass "$password" -keypass "$password"
keytool -importkeystore -srckeystore old.jks -destkeystore converted.p12 -deststoretype pkcs12 \
	-srcstorepass "$password" -deststorepass "$password" -noprompt
rm old.jks

# openssl's, with an alias and without one.
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl req -new -x509 -key ec.key -subj /CN=sig -days 36500 -out ec.cert
openssl pkcs12 -export -name Sig -inkey ec.key -in ec.cert -passout "pass:$password" -out openssl.p12
openssl pkcs12 -export -inkey ec.key -in ec.cert -passout "pass:$password" -out unnamed.p12
rm ec.key ec.cert
