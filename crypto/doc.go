// Package crypto encrypts, signs, verifies and decrypts DynamoDB items.
package crypto
