/*
 * test/unit/test_ed25519.c
 *		Signatures of RFC 8032, and those on which implementations differ. The latter were made from the secret key
 *		SHA-256("civic test key") and from multiples of the points of order 8.
 */
#include "core/ed25519.h"

#include "sha2.h"
#include "tap.h"

typedef struct Case
{
	const char *name;
	bool holds;
	const char *key;
	const char *signature;
	const char *message;
} Case;

static const Case cases[] = {
	{"RFC 8032, test 1", true, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
	 "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
	 ""},
	{"RFC 8032, test 2", true, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
	 "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	 "72"},
	{"RFC 8032, test 3", true, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
	 "984dc6594a7c15e9716ed28dc027beceea1ec40a",
	 "af82"},
	{"RFC 8032, test 1024", true,
	 "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
	 "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23"
	 "c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
	 "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f5"
	 "4e9f77b1e355f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37"
	 "c93a1b270b20329d658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efc"
	 "b8550ee3a5e1998bd177e93a7363c344fe6b199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b"
	 "3b310da903401aa62100ab5d1a36553e06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573c"
	 "b116dbefefd75499da96bd68a8a97b928a8bbc103b6621fcde2beca1231d206be6cd9ec7aff6f6c94fcd7204"
	 "ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed185ce81bd84359d44254d95629e9855a94a7c1958"
	 "d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e1a2297acbbb39d502f1a8c6eb6f1ce22b3de1a1f40cc24"
	 "554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f27088d78b7e883c8759d2c4f5c6"
	 "5adb7553878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9c90bfbd62481d9089beccf80cfe2df16a2"
	 "cf65bd92dd597b0707e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128bab27af87a"
	 "71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51addd3b75a2b1ae0784504df543af8969b"
	 "e3ea7082ff7fc9888c144da2af58429ec96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9"
	 "b47acdb751fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c42f58c30c04aafdb"
	 "038dda0847dd988dcda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f92b0fe2fd1a85f672451"
	 "7b65e614ad6808d6f6ee34dff7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08"
	 "d78ff4ef5d63653a65040cf9bfd4aca7984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e"
	 "2ab47b57f7f7276cd419c17a3ca8e1b939ae49e488acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d"
	 "5011fd2dcc5600a32ef5b52a1ecc820e308aa342721aac0943bf6686b64b2579376504ccc493d97e6aed3fb0"
	 "f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5fb93246f6b1116398a346f1a641f3b041"
	 "e989f7914f90cc2c7fff357876e506b50d334ba77c225bc307ba537152f3f1610e4eafe595f6d9d90d11faa9"
	 "33a15ef1369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380db2eaaa707b4c4185"
	 "c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c0618983f8741c5ef68d3a101e8a3b8cac60c905c"
	 "15fc910840b94c00a0b9d0"},
	{"RFC 8032, test SHA(abc)", true,
	 "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	 "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6"
	 "6431e0303dca179c138ac17ad9bef1177331a704",
	 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
	 "a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	{"a signature", true, "f0d8eb61e8b3b29aca00fb304ae1f01c6fd607d7e897a8ca6af0a8368fd4de46",
	 "4eb78e4684cc5a6df9052db4016ddab7a0f73a7600103bc009e67f8e5ad0c8fd8ae1f620676dd386cc80b9f1"
	 "94e6e04a6bbe8d1d2272149eca931846d266fe0b",
	 "636974792068616c6c"},
	{"S + L", false, "f0d8eb61e8b3b29aca00fb304ae1f01c6fd607d7e897a8ca6af0a8368fd4de46",
	 "4eb78e4684cc5a6df9052db4016ddab7a0f73a7600103bc009e67f8e5ad0c8fd77b5ec7d81d0e5dea21db194"
	 "73e0bf5f6bbe8d1d2272149eca931846d266fe1b",
	 "636974792068616c6c"},
	{"R of small order, which only the holder of the key can make", true,
	 "f0d8eb61e8b3b29aca00fb304ae1f01c6fd607d7e897a8ca6af0a8368fd4de46",
	 "01000000000000000000000000000000000000000000000000000000000000008e527ce52c7943d7058406dc"
	 "aa8390f05e8e5f6a0dcc56d9c17202d82bc1100e",
	 "636974792068616c6c"},
	{"the same R, its y not below p", false,
	 "f0d8eb61e8b3b29aca00fb304ae1f01c6fd607d7e897a8ca6af0a8368fd4de46",
	 "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7fa330b859e8cc926c3bc78825"
	 "1d19c74361a1b20cd11e23a48b501d12a1432409",
	 "636974792068616c6c"},
	{"the same R, a sign on its zero", false,
	 "f0d8eb61e8b3b29aca00fb304ae1f01c6fd607d7e897a8ca6af0a8368fd4de46",
	 "010000000000000000000000000000000000000000000000000000000000008071174d350ce82c6b2a4a2f63"
	 "ea2092b472534dbbdaebe34b7fdd268b38624503",
	 "636974792068616c6c"},
	{"a key of small order, 0", false,
	 "0100000000000000000000000000000000000000000000000000000000000000",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "30"},
	{"a key of small order, 1", false,
	 "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "31"},
	{"a key of small order, 2", false,
	 "0000000000000000000000000000000000000000000000000000000000000080",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "30"},
	{"a key of small order, 3", false,
	 "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "34"},
	{"a key of small order, 4", false,
	 "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "31"},
	{"a key of small order, 5", false,
	 "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "31"},
	{"a key of small order, 6", false,
	 "0000000000000000000000000000000000000000000000000000000000000000",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "31"},
	{"a key of small order, 7", false,
	 "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 "3138"},
	{"a key of small order, its y not below p", false,
	 "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 ""},
	{"a key of small order, a sign on its zero", false,
	 "0100000000000000000000000000000000000000000000000000000000000080",
	 "edc876d6831fd2105d0b4389ca2e283166469289146e2ce06faefe98b22548df050000000000000000000000"
	 "0000000000000000000000000000000000000000",
	 ""},
	{"a key whose y is not below p", false,
	 "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	 "4eb78e4684cc5a6df9052db4016ddab7a0f73a7600103bc009e67f8e5ad0c8fd8ae1f620676dd386cc80b9f1"
	 "94e6e04a6bbe8d1d2272149eca931846d266fe0b",
	 "636974792068616c6c"},
	{"a key that is no point", false,
	 "0200000000000000000000000000000000000000000000000000000000000000",
	 "4eb78e4684cc5a6df9052db4016ddab7a0f73a7600103bc009e67f8e5ad0c8fd8ae1f620676dd386cc80b9f1"
	 "94e6e04a6bbe8d1d2272149eca931846d266fe0b",
	 "636974792068616c6c"},
	{"a key of mixed order, its small part cancelled", true,
	 "ed27ba00f632e18ac80b3273cf58b475c8a946f077818f0edc730ca949cc794c",
	 "ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a0811821ec8802ef0f868f8e5ed3"
	 "bf8b30650bf3970eae3a6c9710e8f43083938308",
	 "38"},
	{"a key of mixed order, its small part left: holds with the cofactor only", false,
	 "ed27ba00f632e18ac80b3273cf58b475c8a946f077818f0edc730ca949cc794c",
	 "ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a081f9a94d32475a82d8925fa80b"
	 "fc3c4c54e024958401902497db576329911eed08",
	 "30"}};

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t length = strlen(hex) / 2;

	for (size_t i = 0; i < length; i++)
	{
		unsigned byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = (uint8_t) byte;
	}
	return length;
}

/* Whatever bit of key, signature or message changes, the signature holds no more. */
static void
test_flips(const Case *example)
{
	uint8_t bytes[32 + 64 + 64];
	int accepted = 0;
	size_t length;

	from_hex(example->key, bytes);
	from_hex(example->signature, bytes + 32);
	length = from_hex(example->message, bytes + 96);
	for (size_t bit = 0; bit < 8 * (96 + length); bit += 5)
	{
		CivicBytes message = civic_bytes(bytes + 96, length);

		bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
		accepted += civic_ed25519_verify(&sha512, bytes, bytes + 32, &message, 1);
		bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
	}
	ok(accepted == 0, "flipped bits are refused");
}

void
test_ed25519(void)
{
	uint8_t key[32];
	uint8_t signature[64];
	uint8_t message[1024];
	CivicBytes pieces[CIVIC_ED25519_MAX_PIECES + 1];
	size_t length;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		from_hex(cases[i].key, key);
		from_hex(cases[i].signature, signature);
		pieces[0] = civic_bytes(message, from_hex(cases[i].message, message));
		ok(civic_ed25519_verify(&sha512, key, signature, pieces, 1) == cases[i].holds, "%s: %s",
		   cases[i].name, cases[i].holds ? "holds" : "is refused");
		ok(civic_ed25519_is_key(key) == (strncmp(cases[i].name, "a key", 5) != 0 ||
										 strncmp(cases[i].name, "a key of mixed", 14) == 0),
		   "%s: the key", cases[i].name);
	}
	test_flips(&cases[2]);

	length = from_hex(cases[3].message, message);
	from_hex(cases[3].key, key);
	from_hex(cases[3].signature, signature);
	pieces[0] = civic_bytes(message, 100);
	pieces[1] = civic_bytes(message + 100, 0);
	pieces[2] = civic_bytes(message + 100, length - 100);
	ok(civic_ed25519_verify(&sha512, key, signature, pieces, 3), "a message in pieces");
	ok(!civic_ed25519_verify(&sha512, key, signature, pieces, 2), "and one of them missing");
	for (int i = 1; i <= CIVIC_ED25519_MAX_PIECES; i++)
		pieces[i] = civic_bytes(message, 0);
	pieces[0] = civic_bytes(message, length);
	ok(civic_ed25519_verify(&sha512, key, signature, pieces, CIVIC_ED25519_MAX_PIECES),
	   "as many pieces as may be");
	ok(!civic_ed25519_verify(&sha512, key, signature, pieces, CIVIC_ED25519_MAX_PIECES + 1),
	   "and one more");
}
